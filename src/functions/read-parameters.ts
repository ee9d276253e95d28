import type { HttpRequest } from '@azure/functions';
import { AppError } from '../core/errors.ts';
import type { Parameters } from '../core/request.ts';

/**
 * A caller's parameters from query and JSON body, names in lower case; the body wins. Throws `bad_input` for a body that is no
 * JSON object.
 */
export async function readParameters(request: HttpRequest): Promise<Parameters> {
  const text = request.method === 'GET' ? '' : await request.text();
  const body = text.trim() === '' ? {} : parseBody(text);
  const given = [...request.query, ...Object.entries(body)];
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value]));
}

function parseBody(text: string): Parameters {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new AppError('bad_input', 'the body is not JSON', { cause });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AppError('bad_input', 'the body must be a JSON object');
  return body as Parameters;
}
