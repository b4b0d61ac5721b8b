/** Runs `work` at the first call and gives every caller the same promise. Unlike a plain promise, nothing starts until somebody asks. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    if (!running) {
      running = work();
      // Whoever asks gets the rejection; nobody asking again must not crash the process.
      running.catch(() => {});
    }
    return running;
  };
}
