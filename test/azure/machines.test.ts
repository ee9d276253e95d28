import type { TokenCredential } from '@azure/identity';
import { afterEach, describe, expect, it } from 'vitest';
import { connectCompute } from '../../src/azure/compute.ts';
import { azureMachines } from '../../src/azure/machines.ts';
import { sampleVm } from '../core/samples.ts';
import { type Answer, anyToken, type FakeService, startFakeService } from './fake-service.ts';

const subscriptionId = 'aaaa-BBBB';
const resourceGroup = 'Pool';
const vm = sampleVm({ name: 'vm01' });

describe('machines', () => {
  const services: FakeService[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
  });

  /** The machines in an ARM that gives these answers, and what it is asked. */
  async function arm(
    answers: Answer[],
    { credential = anyToken, submitMsMax }: { credential?: TokenCredential; submitMsMax?: number } = {},
  ) {
    const service = await startFakeService(answers);
    services.push(service);
    const { url: armUrl, ca, asked } = service;
    const pool = connectCompute({ subscriptionId, resourceGroup, armUrl, ca, credential });
    return { asked, machines: azureMachines(pool, submitMsMax) };
  }

  const accepted: Answer = {
    status: 202,
    headers: { location: '{origin}/later', 'azure-asyncoperation': 'https://127.0.0.1:1/operation' },
  };

  it.each(['start', 'deallocate'] as const)(
    '%s with one POST, and nobody asks how it went',
    async (operation) => {
      const { machines, asked } = await arm([accepted]);
      expect(await machines[operation](vm)).toBeUndefined();
      expect(asked).toHaveLength(1);
      expect(asked[0]).toMatch(
        `POST /subscriptions/aaaa-BBBB/resourceGroups/Pool/providers/Microsoft.Compute/virtualMachines/vm01/${operation}?`,
      );
    },
  );

  it('are reached where the row says they are', async () => {
    const { machines, asked } = await arm([accepted]);
    const resourceId =
      '/subscriptions/AAAA-bbbb/resourcegroups/other/providers/microsoft.compute/virtualmachines/real-name';
    await machines.start({ ...vm, resourceId });
    expect(asked[0]).toContain(
      '/resourceGroups/other/providers/Microsoft.Compute/virtualMachines/real-name/start',
    );
  });

  it.each([
    'vm01',
    '/subscriptions/other/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm01',
    '/subscriptions/aaaa-BBBB/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n',
  ])('with a resource id that is no VM of the subscription are not touched: %s', async (resourceId) => {
    const { machines, asked } = await arm([accepted]);
    await expect(machines.start({ ...vm, resourceId })).rejects.toMatchObject({ code: 'bad_input' });
    expect(asked).toEqual([]);
  });

  it.each<[string, Answer, object]>([
    [
      'a throttling of the compute provider, with its wait',
      {
        status: 429,
        headers: { 'retry-after': '1200' },
        body: {
          code: 'OperationNotAllowed',
          message: 'The server rejected the request because too many requests have been received.',
          details: [
            { code: 'TooManyRequests', target: 'HighCostGet30Min', message: '{"allowedRequestCount":800}' },
          ],
        },
      },
      { code: 'throttled', retryAfterMs: 1_200_000 },
    ],
    [
      'a throttling of ARM',
      {
        status: 429,
        headers: { 'retry-after': '6' },
        body: {
          error: { code: 'SubscriptionRequestsThrottled', message: "Please try again after '6' seconds." },
        },
      },
      { code: 'throttled', retryAfterMs: 6000 },
    ],
    [
      'a throttling that looks like a conflict',
      {
        status: 409,
        body: {
          error: {
            code: 'OperationNotAllowed',
            message: 'The request was rejected.',
            details: [{ code: 'TooManyRequests', message: '' }],
          },
        },
      },
      { code: 'throttled' },
    ],
    [
      'a quota that is used up',
      {
        status: 409,
        body: {
          error: {
            code: 'OperationNotAllowed',
            message:
              'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Current Limit: 10',
          },
        },
      },
      { code: 'quota' },
    ],
    [
      'a quota by its own code',
      { status: 409, body: { error: { code: 'QuotaExceeded', message: 'x' } } },
      { code: 'quota' },
    ],
    [
      'a VM that is busy',
      {
        status: 409,
        body: {
          error: {
            code: 'OperationNotAllowed',
            message: "Operation 'start' is not allowed on VM 'vm01' since the VM is marked for deletion.",
          },
        },
      },
      { code: 'conflict' },
    ],
    [
      'another operation in its way',
      { status: 409, body: { error: { code: 'Conflict', message: 'The request failed due to conflict.' } } },
      { code: 'conflict' },
    ],
    ...[
      'AllocationFailed',
      'ZonalAllocationFailed',
      'SkuNotAvailable',
      'OverconstrainedAllocationRequest',
    ].map((code): [string, Answer, object] => [
      code,
      {
        status: 409,
        body: { error: { code, message: 'Allocation failed. Read more about quota and capacity.' } },
      },
      { code: 'no_capacity' },
    ]),
    [
      'no capacity, said inside',
      {
        status: 400,
        body: {
          error: { code: 'BadRequest', message: 'x', innererror: { internalErrorCode: 'AllocationFailed' } },
        },
      },
      { code: 'no_capacity' },
    ],
    [
      'a missing role',
      {
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message: 'no authorization to perform' } },
      },
      { code: 'no_permission' },
    ],
    [
      'a VM that is not there',
      { status: 404, body: { error: { code: 'ResourceNotFound', message: 'x' } } },
      { code: 'not_found' },
    ],
    [
      'an answer that says nothing',
      { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } },
      { code: 'unavailable' },
    ],
  ])('tell %s, asking once', async (_, answer, error) => {
    const { machines, asked } = await arm([answer]);
    await expect(machines.start(vm)).rejects.toMatchObject({ name: 'AppError', ...error });
    await expect(machines.deallocate(vm)).rejects.toMatchObject({ name: 'AppError', ...error });
    expect(asked).toHaveLength(2);
  });

  it('are not called any more when a token comes too late', async () => {
    let issue: () => void = () => {};
    const issued = new Promise<void>((resolve) => {
      issue = resolve;
    });
    const { machines, asked } = await arm([accepted], {
      submitMsMax: 20,
      credential: {
        async getToken(_, { abortSignal } = {}) {
          abortSignal?.addEventListener('abort', issue);
          await issued;
          return { token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 };
        },
      },
    });
    await expect(machines.deallocate(vm)).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toEqual([]);
  });

  it('tell the power of all of them from all the pages of one list', async () => {
    const at = (group: string, name: string, code?: string) => ({
      id: `/subscriptions/aaaa-bbbb/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
      name,
      properties: {
        instanceView: { statuses: [{ code: 'ProvisioningState/succeeded' }, ...(code ? [{ code }] : [])] },
      },
    });
    const states = ['starting', 'running', 'stopping', 'stopped', 'deallocating', 'deallocated'];
    const { machines, asked } = await arm([
      {
        status: 200,
        body: {
          value: states.map((state) => at('POOL', `VM-${state}`, `PowerState/${state}`)),
          nextLink: '{origin}/subscriptions/aaaa-bbbb/providers/page2?api-version=2026-03-01',
        },
      },
      {
        status: 200,
        body: {
          value: [
            at('pool', 'vm-odd', 'PowerState/unheard-of'),
            at('pool', 'vm-none'),
            at('elsewhere', 'vm-running2', 'PowerState/running'),
            at('elsewhere', 'real', 'PowerState/stopped'),
          ],
        },
      },
    ]);
    const names = [...states.map((state) => `vm-${state}`), 'vm-odd', 'vm-none', 'vm-running2', 'vm-missing'];
    const placed = sampleVm({
      name: 'vm-placed',
      resourceId:
        '/subscriptions/AAAA-BBBB/resourceGroups/Elsewhere/providers/Microsoft.Compute/virtualMachines/Real',
    });
    const misplaced = sampleVm({ name: 'vm-misplaced', resourceId: 'nonsense' });
    const powers = await machines.powers([...names.map((name) => sampleVm({ name })), placed, misplaced]);
    expect(Object.fromEntries(powers)).toEqual({
      ...Object.fromEntries(states.map((state) => [`vm-${state}`, state])),
      'vm-odd': 'unknown',
      'vm-none': 'unknown',
      'vm-running2': 'unknown',
      'vm-missing': 'unknown',
      'vm-placed': 'stopped',
      'vm-misplaced': 'unknown',
    });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatch(
      /^GET \/subscriptions\/aaaa-BBBB\/providers\/Microsoft.Compute\/virtualMachines\?.*statusOnly=true/,
    );
  });

  it.each([
    [
      { status: 429, headers: { 'retry-after': '17' }, body: { error: { code: 'OperationNotAllowed' } } },
      'throttled',
    ],
    [{ status: 500 }, 'unavailable'],
  ])('tell nothing when a page of the list fails', async (failure: Answer, code) => {
    const page = { value: [], nextLink: '{origin}/page2' };
    const { machines, asked } = await arm([{ status: 200, body: page }, failure]);
    await expect(machines.powers([vm])).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(2);
  });
});
