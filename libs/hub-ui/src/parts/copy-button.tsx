import { useEffect, useState } from 'react';

interface CopyButtonProps {
  readonly label: string;
  readonly text: () => string;
}

const TOLD_MS = 1500;

/** Puts a text on the clipboard and says so. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [told, setTold] = useState('');
  useEffect(() => {
    if (told === '') return;
    const timer = setTimeout(() => {
      setTold('');
    }, TOLD_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [told]);
  const copy = () => {
    copyText(text()).then(
      () => {
        setTold('Copied');
      },
      () => {
        setTold('The browser refused');
      },
    );
  };
  return (
    <button type="button" className="quiet" onClick={copy}>
      <span aria-live="polite">{told === '' ? label : told}</span>
    </button>
  );
}

export const copyText = (text: string): Promise<void> => navigator.clipboard.writeText(text);
