// What scripts/web-bundle.ts turns into files of their own: each of these modules is the file's name, relative to the module that imports it.
declare module '*.css';
declare module 'worker:*' {
  const file: string;
  export default file;
}
declare module 'picture:*' {
  const file: string;
  export default file;
}
