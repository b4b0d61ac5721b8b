const PREFIX = 'margay:';

export type PageStorage = ReturnType<typeof pageStorage>;

/** The browser's storage under our own prefix: another project that served its GraphiQL from the same localhost port must not leave us its tabs. */
export function pageStorage() {
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  return {
    getItem: (key: string) => localStorage.getItem(PREFIX + key),
    setItem: (key: string, value: string) => localStorage.setItem(PREFIX + key, value),
    removeItem: (key: string) => localStorage.removeItem(PREFIX + key),
    clear: () => {
      for (const key of keys()) localStorage.removeItem(key);
    },
    get length() {
      return keys().length;
    },
  };
}
