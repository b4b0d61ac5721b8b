/** The origin that a client reached us by, for URLs it can follow. Forwarded headers are not believed: behind a proxy set HTTP_PUBLIC_URL. */
export function originOf(request: Request, publicUrl: string | undefined): string {
  if (publicUrl) return publicUrl;
  const host = request.headers.get('host');
  // Anything but a plain host would be written into URLs that clients follow.
  if (host && /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.test(host)) return `http://${host}`;
  return new URL(request.url).origin;
}
