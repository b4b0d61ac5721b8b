/** The mark: a margay's rosettes. */
export function Spots({ className }: { className?: string }) {
  return (
    <svg className={className} viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round">
        <path d="M5 10a5 5 0 0 1 8-4M14 12a5 5 0 0 1-6 4M19 6a5 5 0 0 1 8 4M26 14a5 5 0 0 1-8-2M9 22a5 5 0 0 1 9-2M21 24a5 5 0 0 1-9 3" />
      </g>
    </svg>
  );
}
