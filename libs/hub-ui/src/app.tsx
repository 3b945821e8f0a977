import { type ReactNode, useEffect, useState } from 'react';
import { AppHeader } from './app-header.tsx';
import { ComparePage } from './pages/compare/compare-page.tsx';
import { MapPage } from './pages/map/map-page.tsx';
import { MonitorPage } from './pages/monitor/monitor-page.tsx';
import { SearchPage } from './pages/search/search-page.tsx';
import { TracePage } from './pages/trace/trace-page.tsx';
import { KeyHelp } from './parts/key-help.tsx';
import { Notice } from './parts/notices.tsx';
import { useKeys } from './state/use-keys.ts';
import { Link } from './url/link.tsx';
import { useLocation } from './url/page-location.ts';

/** The screens: a header, and the page that the path names. */
export function App() {
  const { pathname } = useLocation();
  const [isHelp, setHelp] = useState(false);
  useKeys({
    '?': () => {
      setHelp(true);
    },
  });
  useEffect(() => {
    document.title = titleOf(pathname);
  }, [pathname]);
  return (
    <div className="app">
      <AppHeader
        onHelp={() => {
          setHelp(true);
        }}
      />
      {pageOf(pathname)}
      {isHelp && (
        <KeyHelp
          onClose={() => {
            setHelp(false);
          }}
        />
      )}
    </div>
  );
}

function pageOf(pathname: string): ReactNode {
  const [, page = '', id = ''] = pathname.split('/');
  if (page === 'trace' && id !== '') return <TracePage traceId={id.toLowerCase()} />;
  if (page === '' || page === 'search') return <SearchPage />;
  if (page === 'map') return <MapPage />;
  if (page === 'monitor') return <MonitorPage />;
  if (page === 'compare') return <ComparePage />;
  return (
    <main>
      <Notice title="No such page">
        <p>
          <Link href="/search">Go to the traces</Link>
        </p>
      </Notice>
    </main>
  );
}

function titleOf(pathname: string): string {
  const [, page = '', id = ''] = pathname.split('/');
  const names: Readonly<Record<string, string>> = { map: 'Map', monitor: 'Monitor', compare: 'Compare' };
  const name = page === 'trace' ? `Trace ${id.slice(0, 8)}` : (names[page] ?? 'Traces');
  return `${name} · Tracelab`;
}
