import { useOtlpUrl } from '../../api/use-otlp-url.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Notice } from '../../parts/notices.tsx';
import { Link } from '../../url/link.tsx';

const nodeLines = (otlpUrl: string) => `OTEL_SERVICE_NAME=my-service \\
OTEL_EXPORTER_OTLP_ENDPOINT=${otlpUrl} \\
node --import @tracelab/tracing/register dist/main.js`;

const curlLines = (otlpUrl: string) => `NOW=$(date +%s)
curl ${otlpUrl}/v1/traces -H 'content-type: application/json' -d '{
  "resourceSpans": [{
    "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "my-service" } }] },
    "scopeSpans": [{ "spans": [{
      "traceId": "'$(openssl rand -hex 16)'", "spanId": "'$(openssl rand -hex 8)'", "name": "hello",
      "startTimeUnixNano": "'$NOW'000000000", "endTimeUnixNano": "'$NOW'250000000"
    }] }]
  }]
}'`;

/** The store is empty: the exact lines that change that. */
export function NoTracesYet({ isLive }: { readonly isLive: boolean }) {
  const otlpUrl = useOtlpUrl();
  if (otlpUrl === undefined) return null;
  return (
    <Notice title="No traces yet">
      <p>
        The hub listens for OTLP over HTTP on <code>{otlpUrl}</code>.{' '}
        {isLive ? 'The first trace appears here by itself.' : 'Turn on Live, and the first trace appears by itself.'}
      </p>
      <h2>From a Node.js program</h2>
      <Snippet text={nodeLines(otlpUrl)} />
      <h2>By hand</h2>
      <Snippet text={curlLines(otlpUrl)} />
      <p>
        In this repository, <code>make run</code> starts four services that send here, and <code>make traffic</code>{' '}
        gives them something to do.
      </p>
    </Notice>
  );
}

function Snippet({ text }: { readonly text: string }) {
  return (
    <div className="snippet">
      <pre tabIndex={0}>{text}</pre>
      <CopyButton label="Copy" text={() => text} />
    </div>
  );
}

export function NothingFound({ hasRange }: { readonly hasRange: boolean }) {
  return (
    <Notice title="No trace matches">
      <p>All terms must hold for one and the same span. Take one away{hasRange ? ', or look at a longer time' : ''}.</p>
      <p>
        <Link href="/search">Show every trace</Link>
      </p>
    </Notice>
  );
}
