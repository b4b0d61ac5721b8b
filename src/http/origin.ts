/** A host and no more: it is written into URLs that clients follow, and Yoga answers what makes no URL with a stack trace. */
export const isPlainHost = (host: string): boolean =>
  /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host) && URL.canParse(`http://${host}`);

/**
 * Which `Host` a server on loopback answers to: names of this machine, and the public one where there is one. A page elsewhere can make
 * its own name mean 127.0.0.1 (DNS rebinding) and would then be of our origin; it can't make browsers call us by ours.
 */
export function loopbackHosts(publicUrl: string | undefined): (host: string) => boolean {
  const known = publicUrl && new URL(publicUrl).host;
  return (host) => host === known || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** The origin that a client reached us by, for URLs it can follow. Forwarded headers are not believed: behind a proxy set HTTP_PUBLIC_URL. */
export function originOf(request: Request, publicUrl: string | undefined): string {
  if (publicUrl) return publicUrl;
  const host = request.headers.get('host');
  return host && isPlainHost(host) ? `http://${host}` : new URL(request.url).origin;
}
