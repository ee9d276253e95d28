import type { HttpRequest } from '@azure/functions';
import { AppError } from '../core/errors.ts';
import type { Parameters } from '../core/request.ts';

/** The longest story of a failure has a few kilobytes; the host would take 100 MiB. */
const bodyBytesMax = 1024 * 1024;

/** A caller's parameters; with a body that is of no use, those of the query, and what is wrong with the body. */
export interface Given {
  parameters: Parameters;
  /** `bad_input`. */
  problem?: AppError;
}

/** Reads the parameters from query and JSON body, names in lower case; the body wins. */
export async function readParameters(request: HttpRequest): Promise<Given> {
  const body = await readBody(request);
  const isProblem = body instanceof AppError;
  const given = [...request.query, ...Object.entries(isProblem ? {} : body)];
  const parameters = Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value]));
  return isProblem ? { parameters, problem: body } : { parameters };
}

async function readBody(request: HttpRequest): Promise<Parameters | AppError> {
  if (request.method === 'GET') return {};
  const text = await readText(request);
  if (text === undefined) return new AppError('bad_input', `the body is larger than ${bodyBytesMax} bytes`);
  return text.trim() === '' ? {} : parse(text);
}

/** The body as text; undefined if it is too large, and then no more of it is read. */
async function readText({ body }: HttpRequest): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > bodyBytesMax) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string): Parameters | AppError {
  try {
    const body: unknown = JSON.parse(text);
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject ? (body as Parameters) : new AppError('bad_input', 'the body must be a JSON object');
  } catch (cause) {
    return new AppError('bad_input', 'the body is not JSON', { cause });
  }
}
