import type { TraceRow } from '../../model/span-rows.ts';
import { copyText } from '../../parts/copy-button.tsx';
import type { KeyActions } from '../../state/use-keys.ts';
import { pageLocation } from '../../url/page-location.ts';
import type { Waterfall } from './use-waterfall.ts';

/** What the keys do in the waterfall. Nothing is looked up before one is pressed. */
export function waterfallKeys(waterfall: Waterfall, hasPath: boolean): KeyActions {
  const cursor = new Cursor(waterfall);
  const down = () => {
    cursor.move(1);
  };
  const up = () => {
    cursor.move(-1);
  };
  return {
    j: down,
    ArrowDown: down,
    k: up,
    ArrowUp: up,
    ArrowLeft: () => {
      cursor.close();
    },
    ArrowRight: () => {
      cursor.open();
    },
    Enter: () => {
      cursor.enter();
    },
    Escape: () => {
      pageLocation.change({ span: null, at: waterfall.cursor });
    },
    c: () => void copyText(window.location.href),
    p: () => {
      pageLocation.change({ path: hasPath ? '0' : null });
    },
    z: () => {
      waterfall.zoomTo(waterfall.cursor);
    },
    '0': () => {
      pageLocation.change({ zoom: null });
    },
  };
}

/** Moves over the lines as they are on the screen. */
class Cursor {
  readonly #waterfall: Waterfall;

  constructor(waterfall: Waterfall) {
    this.#waterfall = waterfall;
  }

  get #index(): number {
    const { rows, cursor } = this.#waterfall;
    return rows.findIndex(({ id }) => id === cursor);
  }

  get #row(): TraceRow | undefined {
    return this.#waterfall.rows[this.#index];
  }

  move(step: number): void {
    const { rows, chosen, show } = this.#waterfall;
    const next = rows[Math.max(0, Math.min(this.#index + step, rows.length - 1))];
    if (next === undefined) return;
    if (next.kind === 'fold') pageLocation.change({ at: next.id, span: null });
    else show(next.id, { isChosen: chosen !== '' });
  }

  /** Closes what is open, or goes to the parent. */
  close(): void {
    const row = this.#row;
    if (row === undefined) return;
    if (row.isOpen && (row.kind === 'fold' || row.hasChildren)) {
      this.#waterfall.toggle(row.id);
      return;
    }
    const index = this.#index;
    const parent = this.#waterfall.rows.slice(0, index).findLastIndex(({ depth }) => depth < row.depth);
    if (parent >= 0) this.move(parent - index);
  }

  open(): void {
    const row = this.#row;
    if (row?.isOpen === false) this.#waterfall.toggle(row.id);
    else this.move(1);
  }

  enter(): void {
    const row = this.#row;
    if (row?.kind === 'fold') this.#waterfall.toggle(row.id);
    else if (row !== undefined) this.#waterfall.show(row.id, { isChosen: this.#waterfall.chosen === '' });
  }
}
