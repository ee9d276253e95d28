import { pipeline, Readable, Transform } from 'node:stream';
import { AppError, isAppError } from '../core/errors.ts';

/**
 * The body of an answer as a stream of at most so many bytes. More fail it with `bad_input`; a connection that breaks, or
 * its time being up, with `unavailable`. Reading to the end or destroying it sets the connection free.
 */
export function limitedBody(response: Response, sizeBytesMax: number): Readable {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= sizeBytesMax) done(null, chunk);
      else done(new AppError('bad_input', `the item has more than ${sizeBytesMax} bytes (sizeBytesMax)`));
    },
    destroy(error, done) {
      if (error === null || isAppError(error)) done(error);
      else done(new AppError('unavailable', `the item broke off after ${bytes} bytes`, { cause: error }));
    },
  });
  const source = response.body ? Readable.fromWeb(response.body) : Readable.from([]);
  // What ends the one ends the other; whoever reads is told of an error by the stream itself.
  return pipeline(source, limit, () => {});
}
