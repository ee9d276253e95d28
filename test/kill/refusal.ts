import type { Link } from '../../src/local/between.ts';

/** How each service words what it answers when it is in trouble. */
export interface Refusal {
  headers: Record<string, string>;
  body: string;
}

const storageCodes: Record<number, string> = {
  500: 'OperationTimedOut',
  503: 'ServerBusy',
  429: 'TooManyRequests',
};
const armCodes: Record<number, string> = {
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
  429: 'TooManyRequests',
};

/** What a service answers with this status; the front end of the functions says nothing more. */
export function refusalOf(link: Link, status: number): Refusal {
  const storageCode = storageCodes[status] ?? '';
  switch (link) {
    case 'blob':
    case 'queue':
      return {
        headers: { 'content-type': 'application/xml', 'x-ms-error-code': storageCode },
        body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${storageCode}</Code><Message>as the test wants it</Message></Error>`,
      };
    case 'table': {
      const error = { code: storageCode, message: { lang: 'en-US', value: 'as the test wants it' } };
      return json({ 'odata.error': error });
    }
    case 'arm':
      return json({ error: { code: armCodes[status], message: 'as the test wants it' } });
    case 'functions':
      return { headers: {}, body: '' };
  }
}

function json(body: object): Refusal {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
