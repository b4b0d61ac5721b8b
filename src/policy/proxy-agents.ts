import * as http from 'node:http';
import * as https from 'node:https';
import { MargayError } from '../errors.ts';

/** URLs of the proxies, and the hosts that need none, as the environment has them. */
export interface ProxySettings {
  readonly HTTP_PROXY?: string | undefined;
  readonly HTTPS_PROXY?: string | undefined;
  readonly NO_PROXY?: string | undefined;
}

export interface ProxyAgents {
  readonly 'http:': http.Agent;
  readonly 'https:': https.Agent;
}

/**
 * Agents that keep connections, and go by the proxies: Node's own support for them, which an agent has only with `proxyEnv`.
 * @throws MargayError BAD_INPUT naming a setting that is no proxy.
 */
export function proxyAgents({ HTTP_PROXY, HTTPS_PROXY, NO_PROXY }: ProxySettings): ProxyAgents {
  const proxyEnv = {
    HTTP_PROXY: proxyUrl('HTTP_PROXY', HTTP_PROXY),
    HTTPS_PROXY: proxyUrl('HTTPS_PROXY', HTTPS_PROXY),
    NO_PROXY,
  };
  const options = { keepAlive: true, proxyEnv };
  return { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
}

/**
 * A proxy as Node reads it, which passes over what it cannot read and would go without one.
 * @throws MargayError BAD_INPUT naming the variable, and not its value: there may be a password in it.
 */
export function proxyUrl(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = value.includes('://') ? value : `http://${value}`;
  if (/^https?:/.test(url) && URL.canParse(url)) return url;
  throw new MargayError('BAD_INPUT', `${name}: expected the URL of a proxy that speaks HTTP.`, {
    remedy: `Set ${name} to http://HOST:PORT, or to nothing.`,
  });
}
