/** A duration as a picture beside its number, on the scale of its column. */
export function CellBar({ share }: { readonly share: number }) {
  return (
    <span className="cell-bar">
      <span style={{ width: `${Math.min(1, share) * 100}%` }} />
    </span>
  );
}
