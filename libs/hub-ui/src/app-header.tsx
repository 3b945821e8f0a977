import { SearchBar } from './pages/search/search-bar.tsx';
import { RangePicker } from './parts/range-picker.tsx';
import { comparePath, useComparePicks } from './state/compare-picks.ts';
import { Link } from './url/link.tsx';
import { pageLocation, useLocation } from './url/page-location.ts';

interface AppHeaderProps {
  readonly onHelp: () => void;
}

/** What stands above every page: where to go, what to look for, and in which time. */
export function AppHeader({ onHelp }: AppHeaderProps) {
  const { pathname, searchParams } = useLocation();
  const picks = useComparePicks();
  const isSearch = pathname === '/' || pathname === '/search';
  const hasRange = isSearch || pathname === '/map' || pathname === '/monitor';
  const isLive = searchParams.get('live') === '1';
  const pages = [
    { href: '/search', label: 'Traces', isCurrent: isSearch },
    { href: '/map', label: 'Map', isCurrent: pathname === '/map' },
    { href: '/monitor', label: 'Monitor', isCurrent: pathname === '/monitor' },
    {
      href: comparePath(picks),
      label: picks.length === 0 ? 'Compare' : `Compare (${picks.length})`,
      isCurrent: pathname === '/compare',
    },
  ];
  return (
    <header className="app-header">
      <Link href="/search" className="brand">
        Tracelab
      </Link>
      <nav aria-label="Pages">
        {pages.map(({ href, label, isCurrent }) => (
          <Link key={label} href={href} aria-current={isCurrent ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <SearchBar />
      {hasRange && <RangePicker hasAll={isSearch} />}
      {isSearch && (
        <button
          type="button"
          className="live-toggle"
          aria-pressed={isLive}
          onClick={() => {
            pageLocation.change({ live: isLive ? null : '1' });
          }}
        >
          Live
        </button>
      )}
      <button type="button" className="quiet" onClick={onHelp} aria-label="Keyboard help">
        ?
      </button>
    </header>
  );
}
