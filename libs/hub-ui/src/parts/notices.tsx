import { type ReactNode, useEffect, useState } from 'react';
import { AnswerUnreadable, HubRefused, HubUnreachable } from '../api/ask-hub.ts';

interface NoticeProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** Why a page has nothing to show, and what to do. */
export function Notice({ title, children }: NoticeProps) {
  return (
    <section className="notice">
      <h1>{title}</h1>
      {children}
    </section>
  );
}

interface ErrorNoticeProps {
  readonly error: Error;
  readonly onRetry: () => void;
}

export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  const { title, remedy } = wordsFor(error);
  return (
    <section className="notice" role="alert">
      <h1 className="is-error">{title}</h1>
      <p>{remedy}</p>
      <p>
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      </p>
    </section>
  );
}

function wordsFor(error: Error): { readonly title: string; readonly remedy: string } {
  if (error instanceof HubUnreachable) {
    return { title: 'The hub does not answer', remedy: 'Is it still running? Start it with make run, then try again.' };
  }
  if (error instanceof HubRefused && error.status === 404) {
    return {
      title: 'No such trace',
      remedy: 'It may not have arrived yet, or it made room for newer ones. Check the id, or search for it.',
    };
  }
  if (error instanceof HubRefused && error.status === 503) {
    return { title: 'The hub is busy', remedy: `It says: ${error.message}.` };
  }
  if (error instanceof HubRefused) return { title: 'The hub refused this', remedy: `It says: ${error.message}.` };
  if (error instanceof AnswerUnreadable) {
    return {
      title: 'The answer could not be read',
      remedy: 'These screens and the hub seem to be of different versions: build both, restart the hub, reload.',
    };
  }
  return { title: 'Something broke in this page', remedy: `${error.message}. Reload to try again.` };
}

const SHOWN_AFTER_MS = 300;

/** A thin line while something loads that takes longer than a moment. */
export function ProgressLine({ isBusy }: { readonly isBusy: boolean }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isBusy) return;
    const timer = setTimeout(() => {
      setShown(true);
    }, SHOWN_AFTER_MS);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [isBusy]);
  if (!isShown) return <div className="progress-line" />;
  return <div className="progress-line is-shown" role="progressbar" aria-label="Loading" />;
}
