import type { Certificate } from './certificate.ts';

/** What the function app and the agents call over the network. */
export type Link = 'blob' | 'queue' | 'table' | 'arm' | 'functions';

/**
 * Puts something between the callers of a link and what answers there, and tells the URL under which they then reach it: how
 * tests make a network that is slow or fails. `certificate` is one that the callers trust.
 */
export type Between = (link: Link, url: string, certificate: Certificate) => Promise<string>;

/** Nothing in between. */
export const straight: Between = async (_link, url) => url;
