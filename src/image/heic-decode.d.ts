declare module 'heic-decode' {
  interface Frame {
    readonly width: number;
    readonly height: number;
    /** RGBA, 8 bit, the file's rotation applied and its color profile ignored. */
    decode(): Promise<{ width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> }>;
  }
  const decode: { all(input: { buffer: Uint8Array }): Promise<Frame[] & { dispose(): void }> };
  export default decode;
}
