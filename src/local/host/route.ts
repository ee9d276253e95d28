/** A route template like `jobs/{id}/{verb?}`, in parts. */
export type Route = readonly Segment[];

type Segment =
  | { literal: string; parameter?: never }
  | { literal?: never; parameter: string; kind: 'required' | 'optional' | 'rest' };

const parameterPattern = /^\{(\*?)([A-Za-z_]\w*)(\??)\}$/;

/**
 * Understands a template: literals, `{name}`, any number of `{name?}` at the end, and `{*rest}` at the end. Throws for the rest of
 * ASP.NET Core's route syntax (constraints, defaults, literals within a segment).
 */
export function parseRoute(template: string): Route {
  const parts = template.split('/').filter((part) => part !== '');
  return parts.map((part, index) => {
    if (!/[{}]/.test(part)) return { literal: part };
    const [, star, parameter, mark] = parameterPattern.exec(part) ?? [];
    const after = parts.slice(index + 1);
    const isOffered = star ? after.length === 0 : !mark || after.every((next) => /^\{\w+\?\}$/.test(next));
    if (parameter === undefined || !isOffered)
      throw new Error(`the route ${template} is not offered by this host`);
    return { parameter, kind: star ? 'rest' : mark ? 'optional' : 'required' };
  });
}

/** The parameters of a path that fits the route; undefined if it does not. Literals compare without case. */
export function matchRoute(route: Route, path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of route.entries()) {
    const part = path[index];
    if (segment.parameter === undefined) {
      if (part?.toLowerCase() !== segment.literal.toLowerCase()) return undefined;
    } else if (segment.kind === 'rest') {
      return { ...parameters, [segment.parameter]: path.slice(index).join('/') };
    } else if (part !== undefined) {
      parameters[segment.parameter] = part;
    } else if (segment.kind === 'required') {
      return undefined;
    }
  }
  return path.length <= route.length ? parameters : undefined;
}

/** Orders routes so that the more special of two that fit comes first: a literal before a parameter before the rest. */
export function compareRoutes(a: Route, b: Route): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = rankOf(a[index]) - rankOf(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rankOf(segment: Segment | undefined): number {
  if (segment === undefined || segment.parameter === undefined) return 0;
  return { required: 1, optional: 2, rest: 3 }[segment.kind];
}

/** The decoded parts of a URL's path; undefined if it cannot be decoded. */
export function splitPath(pathname: string): string[] | undefined {
  try {
    return pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
