/** A host and no more: it is written into URLs that clients follow, and Yoga answers what makes no URL with a stack trace. */
export const isPlainHost = (host: string): boolean =>
  /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host) && URL.canParse(`http://${host}`);

/** The origin that a client reached us by, for URLs it can follow. Forwarded headers are not believed: behind a proxy set HTTP_PUBLIC_URL. */
export function originOf(request: Request, publicUrl: string | undefined): string {
  if (publicUrl) return publicUrl;
  const host = request.headers.get('host');
  return host && isPlainHost(host) ? `http://${host}` : new URL(request.url).origin;
}
