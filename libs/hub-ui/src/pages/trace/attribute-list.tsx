import type { Attribute } from '@tracelab/trace-model';
import { useState } from 'react';
import { attributeGroups } from '../../model/attribute-groups.ts';
import { quotedValue } from '../../model/query-terms.ts';
import { Link } from '../../url/link.tsx';

interface AttributeListProps {
  readonly title: string;
  readonly attributes: readonly Attribute[];
  readonly text: string;
}

/** Attributes by the first part of their keys. A value links to the traces that have it as well. */
export function AttributeList({ title, attributes, text }: AttributeListProps) {
  const groups = attributeGroups(attributes, text);
  if (groups.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      {groups.map(group => (
        <dl key={group.name}>
          {group.attributes.map(attribute => (
            <div key={attribute.key}>
              <dt title={attribute.key}>{attribute.key}</dt>
              <dd>
                <AttributeText attributeKey={attribute.key} text={attribute.text} />
              </dd>
            </div>
          ))}
        </dl>
      ))}
    </section>
  );
}

const LONG = 240;

interface AttributeTextProps {
  readonly attributeKey: string;
  readonly text: string;
}

function AttributeText({ attributeKey, text }: AttributeTextProps) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= LONG) {
    const query = new URLSearchParams({ q: `${attributeKey}=${quotedValue(text)}` });
    return (
      <Link href={`/search?${query.toString()}`} title="Find traces with the same value">
        {text === '' ? '(empty)' : text}
      </Link>
    );
  }
  return (
    <>
      <span className="long-text">{isWhole ? text : `${text.slice(0, LONG)}…`}</span>{' '}
      <button
        type="button"
        className="as-link"
        onClick={() => {
          setWhole(!isWhole);
        }}
      >
        {isWhole ? 'less' : `all ${text.length.toLocaleString('en-US')} characters`}
      </button>
    </>
  );
}
