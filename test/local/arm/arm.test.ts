import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { ComputeManagementClient, type VirtualMachinesStartOptionalParams } from '@azure/arm-compute';
import { NetworkManagementClient } from '@azure/arm-network';
import { ManagedIdentityCredential } from '@azure/identity';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Power } from '../../../src/core/world.ts';
import { type Arm, type ArmOptions, startArm } from '../../../src/local/arm/arm.ts';
import { type Certificate, makeCertificate } from '../../../src/local/certificate.ts';
import { type IdentityEndpoint, startIdentityEndpoint } from '../../../src/local/identity.ts';

type OnResponse = NonNullable<VirtualMachinesStartOptionalParams['onResponse']>;

const subscriptionId = '66666666-7777-8888-9999-000000000000';
const tenantId = '11111111-2222-3333-4444-555555555555';
const environment = { ...process.env };
let certificate: Certificate;
let identity: IdentityEndpoint;
let credential: ManagedIdentityCredential;
let arm: Arm;

beforeAll(async () => {
  certificate = await makeCertificate();
  identity = await startIdentityEndpoint({ tenantId });
  process.env.IDENTITY_ENDPOINT = identity.url;
  process.env.IDENTITY_HEADER = identity.enroll({ principalId: 'app-principal', clientId: 'app-client' });
  credential = new ManagedIdentityCredential();
});

afterEach(() => arm.close());

afterAll(async () => {
  process.env = environment;
  await identity.close();
});

/** Starts an ARM with vm01 to vm05 for this test, and the real client for it. */
async function open(options: Partial<ArmOptions> = {}): Promise<ComputeManagementClient> {
  arm = await startArm({
    certificate,
    issuer: identity,
    subscriptionId,
    resourceGroup: 'pool',
    machines: ['vm01', 'vm02', 'vm03', 'vm04', 'vm05'],
    bootMs: 20,
    deallocateMs: 20,
    ...options,
  });
  return new ComputeManagementClient(credential, subscriptionId, clientOptions());
}

function clientOptions() {
  return { endpoint: arm.url, tlsOptions: { ca: certificate.cert }, retryOptions: { maxRetries: 0 } };
}

function networkClient(): NetworkManagementClient {
  return new NetworkManagementClient(credential, subscriptionId, {
    ...clientOptions(),
    credentialScopes: ['https://management.azure.com/.default'],
  });
}

async function pagesOf<T>(list: { byPage(): AsyncIterable<T[]> }): Promise<T[][]> {
  const pages: T[][] = [];
  for await (const page of list.byPage()) pages.push(page);
  return pages;
}

/** Resolves when the VM is in this state. */
async function until(name: string, power: Power): Promise<void> {
  await expect.poll(() => arm.power(name), { interval: 5, timeout: 10_000 }).toBe(power);
}

/** What the client throws where ARM refuses, and what ARM wrote. */
async function refusalOf(
  call: (options: { onResponse: OnResponse }) => Promise<unknown>,
): Promise<{ statusCode: unknown; code: unknown; retryAfter: unknown; body: unknown }> {
  let body: unknown;
  try {
    await call({ onResponse: ({ bodyAsText }) => (body = JSON.parse(bodyAsText ?? 'null')) });
  } catch (error) {
    const { statusCode, code, response } = error as {
      statusCode: number;
      code: string;
      response: { headers: { get(name: string): string | undefined } };
    };
    return { statusCode, code, retryAfter: response.headers.get('retry-after'), body };
  }
  throw new Error('ARM did not refuse');
}

/** Asks ARM without a client, for a path below the subscription or a whole URL. */
async function ask(path: string, token?: string): Promise<{ status: number; body: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const url = new URL(path, `${arm.url}/subscriptions/${subscriptionId}/`);
  const [response] = await once(
    request(url, { ca: certificate.cert, agent: false, headers }).end(),
    'response',
  );
  return { status: response.statusCode, body: await text(response) };
}

async function tokenOf(
  endpoint: IdentityEndpoint,
  header: string,
  resource = 'https://management.azure.com/',
) {
  const query = new URLSearchParams({ resource, 'api-version': '2019-08-01' });
  const reply = await fetch(`${endpoint.url}?${query}`, { headers: { 'X-IDENTITY-HEADER': header } });
  return ((await reply.json()) as { access_token: string }).access_token;
}

const anyVms = 'providers/Microsoft.Compute/virtualMachines?api-version=2026-03-01';

describe('reading', () => {
  it('lists the power of all VMs of the subscription, over pages', async () => {
    const compute = await open({ pageSize: 2 });
    arm.switchOn('vm04');
    await until('vm04', 'running');
    const pages: number[] = [];
    const powers: Record<string, unknown> = {};
    for await (const page of compute.virtualMachines.listAll({ statusOnly: 'true' }).byPage()) {
      pages.push(page.length);
      for (const { id = '', instanceView } of page) {
        const [, name = ''] = /\/resourceGroups\/POOL\/.*\/(\w+)$/.exec(id) ?? [];
        powers[name] = instanceView?.statuses?.map(({ code }) => code);
      }
    }
    expect(pages).toEqual([2, 2, 1]);
    const off = ['ProvisioningState/succeeded', 'PowerState/deallocated'];
    const on = ['ProvisioningState/succeeded', 'PowerState/running'];
    expect(powers).toEqual({ vm01: off, vm02: off, vm03: off, vm04: on, vm05: off });
  });

  it('lists the VMs of the resource group without their power, and knows no other group', async () => {
    const compute = await open({ pageSize: 5 });
    const vms = [];
    for await (const vm of compute.virtualMachines.list('Pool')) vms.push(vm);
    expect(vms.map(({ name }) => name)).toEqual(['vm01', 'vm02', 'vm03', 'vm04', 'vm05']);
    expect(vms.map(({ instanceView }) => instanceView)).toEqual(Array(5).fill(undefined));
    const refused = await refusalOf(() => compute.virtualMachines.list('other').next());
    expect(refused).toMatchObject({ statusCode: 404, code: 'ResourceGroupNotFound' });
  });

  it('gets a VM with its identity, by a name of any case, and its power where that is asked for', async () => {
    const compute = await open();
    const vm = await compute.virtualMachines.get('pool', 'VM02');
    const id = `/subscriptions/${subscriptionId}/resourceGroups/pool/providers/Microsoft.Compute/virtualMachines/vm02`;
    expect(vm).toMatchObject({
      id,
      name: 'vm02',
      identity: { principalId: arm.identityOf('vm02').principalId, tenantId },
      vmId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(arm.identityOf('vm02').resourceId).toBe(id);
    expect(vm.instanceView).toBeUndefined();
    const expanded = await compute.virtualMachines.get('pool', 'vm02', { expand: 'instanceView' });
    const view = await compute.virtualMachines.instanceView('pool', 'vm02');
    expect(expanded.instanceView?.statuses).toEqual(view.statuses);
    expect(view.statuses?.map(({ code }) => code)).toContain('PowerState/deallocated');
  });

  it('finds the addresses of a VM by its network interface; the public one only while it is on', async () => {
    const compute = await open({ addresses: ['127.0.1.1', '127.0.1.2'] });
    const network = networkClient();
    const nameIn = (id = '') => id.split('/').at(-1) ?? '';
    const vm = await compute.virtualMachines.get('pool', 'vm02');
    const nicName = nameIn(vm.networkProfile?.networkInterfaces?.[0]?.id);
    const nic = await network.networkInterfaces.get('pool', nicName);
    const [configuration] = nic.ipConfigurations ?? [];
    expect(configuration?.privateIPAddress).toBe('127.0.1.2');
    expect(nic.virtualMachine?.id).toBe(vm.id);
    const publicName = nameIn(configuration?.publicIPAddress?.id);
    expect((await network.publicIPAddresses.get('pool', publicName)).ipAddress).toBeUndefined();
    arm.switchOn('vm02');
    expect((await network.publicIPAddresses.get('pool', publicName)).ipAddress).toBe('198.18.0.2');
  });

  it('lists the identities of all VMs, which a list of their states leaves out', async () => {
    const compute = await open({ pageSize: 2 });
    const vms = (await pagesOf(compute.virtualMachines.listAll())).flat();
    expect(vms.map(({ identity }) => identity?.principalId)).toEqual(
      Object.keys(arm.stats().vms).map((name) => arm.identityOf(name).principalId),
    );
    expect(vms[0]?.identity?.type).toBe('SystemAssigned');
    expect(vms[0]?.instanceView).toBeUndefined();
    const states = (await pagesOf(compute.virtualMachines.listAll({ statusOnly: 'true' }))).flat();
    expect(states).toHaveLength(5);
    for (const { identity, networkProfile } of states) {
      expect(identity).toBeUndefined();
      expect(networkProfile).toBeUndefined();
    }
  });

  it('lists interfaces and public addresses of the subscription and of the group, over pages', async () => {
    await open({ pageSize: 2, addresses: ['10.0.0.4', '10.0.0.5'] });
    const { networkInterfaces, publicIPAddresses } = networkClient();
    arm.switchOn('vm02');
    const interfaces = await pagesOf(networkInterfaces.listAll());
    expect(interfaces.map(({ length }) => length)).toEqual([2, 2, 1]);
    const [first] = interfaces.flat();
    expect(first?.id).toMatch(/\/resourceGroups\/POOL\/.*\/vm01-nic$/);
    expect(first?.virtualMachine?.id).toMatch(/\/resourceGroups\/pool\/.*\/vm01$/);
    expect(first?.ipConfigurations?.[0]?.privateIPAddress).toBe('10.0.0.4');
    const addresses = await pagesOf(publicIPAddresses.listAll());
    expect(addresses.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(addresses.flat().map(({ ipAddress }) => ipAddress)).toEqual([
      undefined,
      '198.18.0.2',
      ...Array(3).fill(undefined),
    ]);
    const ofGroup = (await pagesOf(networkInterfaces.list('Pool'))).flat();
    expect(ofGroup.map(({ id }) => id?.includes('/resourceGroups/pool/'))).toEqual(Array(5).fill(true));
    expect((await pagesOf(publicIPAddresses.list('pool'))).flat()).toHaveLength(5);
  });

  it('tells an address that was changed', async () => {
    await open();
    arm.setAddress('VM01', '10.0.0.9');
    expect(arm.addressOf('vm01')).toBe('10.0.0.9');
    const nic = await networkClient().networkInterfaces.get('pool', 'vm01-nic');
    expect(nic.ipConfigurations?.[0]?.privateIPAddress).toBe('10.0.0.9');
  });

  it('has another VM with other ids under the same name after a rebuild, deallocated', async () => {
    const compute = await open({ addresses: ['10.0.0.4'], bootMs: 3_600_000, jitter: 0 });
    const seen: string[] = [];
    arm.onPower((name, power) => seen.push(`${name} ${power}`));
    const before = await compute.virtualMachines.get('pool', 'vm01');
    const identity = arm.identityOf('vm01');
    arm.switchOn('vm01');
    arm.rebuild('VM01');
    arm.rebuild('vm02');
    expect(seen).toEqual(['vm01 starting', 'vm01 deallocated']);
    expect(arm.power('vm01')).toBe('deallocated');
    const after = await compute.virtualMachines.get('pool', 'vm01');
    expect(after).toMatchObject({ id: before.id, name: 'vm01' });
    expect(after.vmId).not.toBe(before.vmId);
    expect(after.identity?.principalId).toBe(arm.identityOf('vm01').principalId);
    expect(arm.identityOf('vm01').principalId).not.toBe(identity.principalId);
    expect(arm.identityOf('vm01').clientId).not.toBe(identity.clientId);
    expect(arm.addressOf('vm01')).toBe('10.0.0.4');
    arm.switchOn('vm01');
    expect(seen.at(-1)).toBe('vm01 starting');
  });

  it('knows a VM that is added later, and none that is not there', async () => {
    const compute = await open();
    const refused = await refusalOf(() => compute.virtualMachines.get('pool', 'vm06'));
    expect(refused).toMatchObject({ statusCode: 404, code: 'ResourceNotFound' });
    arm.add('vm06');
    expect((await compute.virtualMachines.get('pool', 'vm06')).name).toBe('vm06');
    expect(() => arm.power('vm07')).toThrow('vm07');
  });
});

describe('starting and deallocating', () => {
  it('returns from a start without waiting for the boot', async () => {
    const compute = await open({ bootMs: 3_600_000 });
    await compute.virtualMachines.start('pool', 'vm01').submitted();
    expect(arm.power('vm01')).toBe('starting');
  });

  it('tells of every change of power', async () => {
    const compute = await open();
    const seen: string[] = [];
    const unsubscribe = arm.onPower((name, power) => seen.push(`${name} ${power}`));
    await compute.virtualMachines.start('pool', 'vm01').submitted();
    await until('vm01', 'running');
    await compute.virtualMachines.deallocate('pool', 'vm01').submitted();
    await until('vm01', 'deallocated');
    expect(seen).toEqual(['vm01 starting', 'vm01 running', 'vm01 deallocating', 'vm01 deallocated']);
    unsubscribe();
    arm.switchOn('vm01');
    expect(seen).toHaveLength(4);
  });

  it('can be polled to its end', async () => {
    const compute = await open();
    await compute.virtualMachines.start('pool', 'vm01', { updateIntervalInMs: 5 });
    expect(arm.power('vm01')).toBe('running');
    await compute.virtualMachines.deallocate('pool', 'vm01', { updateIntervalInMs: 5 });
    expect(arm.power('vm01')).toBe('deallocated');
  });

  it('answers at its location as the operation itself would, once that has ended', async () => {
    const compute = await open();
    const remove = arm.faults.add({ on: 'boot', vm: 'vm01', fail: 'hang' });
    let location = '';
    const onResponse: OnResponse = ({ headers }) => {
      location = headers.get('location') ?? '';
    };
    await compute.virtualMachines.start('pool', 'vm01', { onResponse }).submitted();
    const token = await tokenOf(identity, identity.enroll({ principalId: 'p', clientId: 'c' }));
    expect((await ask(location, token)).status).toBe(202);
    arm.deallocate('vm01');
    expect((await ask(location, token)).status).toBe(409);
    remove();
    await compute.virtualMachines.start('pool', 'vm02', { onResponse }).submitted();
    await until('vm02', 'running');
    expect((await ask(location, token)).status).toBe(200);
  });

  it('counts starts and the time that is billed, for each VM and for all', async () => {
    await open();
    for (const name of ['vm01', 'vm02']) {
      arm.switchOn(name);
      await until(name, 'running');
      arm.deallocate(name);
      await until(name, 'deallocated');
    }
    const { starts, onMs, vms } = arm.stats();
    expect(starts).toBe(2);
    expect(vms.vm01?.starts).toBe(1);
    expect(onMs).toBe((vms.vm01?.onMs ?? 0) + (vms.vm02?.onMs ?? 0));
    expect(vms.vm03).toEqual({ starts: 0, onMs: 0 });
  });

  it('stops a VM that was switched off by hand or has crashed like any other', async () => {
    const compute = await open();
    arm.switchOn('vm01');
    await until('vm01', 'running');
    arm.crash('vm01');
    expect(arm.power('vm01')).toBe('starting');
    await until('vm01', 'running');
    arm.switchOff('vm01');
    const view = await compute.virtualMachines.instanceView('pool', 'vm01');
    expect(view.statuses?.map(({ code }) => code)).toContain('PowerState/stopped');
    await compute.virtualMachines.deallocate('pool', 'vm01').submitted();
    await until('vm01', 'deallocated');
  });
});

describe('who may ask', () => {
  it('answers nobody without a token, and none that the issuer did not sign for ARM', async () => {
    await open();
    const own = identity.enroll({ principalId: 'other', clientId: 'other' });
    expect((await ask(anyVms)).status).toBe(401);
    expect((await ask(anyVms, await tokenOf(identity, own, 'https://storage.azure.com'))).status).toBe(401);
    const forger = await startIdentityEndpoint({ tenantId });
    const forged = await tokenOf(
      forger,
      forger.enroll({ principalId: 'app-principal', clientId: 'app-client' }),
    );
    await forger.close();
    expect((await ask(anyVms, forged)).status).toBe(401);
    expect((await ask(anyVms, await tokenOf(identity, own))).status).toBe(200);
  });

  it('goes on believing the issuer when that has a new key', async () => {
    await open();
    const app = { principalId: 'app-principal', clientId: 'app-client' };
    const before = identity.token(app, 'https://management.azure.com/');
    await identity.rotate();
    const after = identity.token(app, 'https://management.azure.com/');
    expect((await ask(anyVms, before)).status).toBe(200);
    expect((await ask(anyVms, after)).status).toBe(200);
  });

  it('lets no VM do anything: their identities have no role', async () => {
    await open();
    const token = await tokenOf(identity, identity.enroll(arm.identityOf('vm01')));
    const { status, body } = await ask(anyVms, token);
    expect(status).toBe(403);
    expect(JSON.parse(body).error.code).toBe('AuthorizationFailed');
  });

  it('wants an api-version, any one', async () => {
    await open();
    const token = await tokenOf(identity, identity.enroll({ principalId: 'p', clientId: 'c' }));
    const bare = anyVms.replace(/\?.*/, '');
    expect((await ask(bare, token)).status).toBe(400);
    expect((await ask(`${bare}?api-version=1999-01-01`, token)).status).toBe(200);
  });
});

describe('throttling', () => {
  it('refuses the thirteenth start of one VM in a row with 429, and lets it pass when that time is over', async () => {
    let now = Date.now();
    const compute = await open({ rate: 1, now: () => now });
    for (let turn = 0; turn < 12; turn++) await compute.virtualMachines.start('pool', 'vm01').submitted();
    now += 2500;
    const refused = await refusalOf((options) =>
      compute.virtualMachines.start('pool', 'VM01', options).submitted(),
    );
    expect(refused).toMatchObject({
      statusCode: 429,
      code: 'OperationNotAllowed',
      retryAfter: '13',
      body: { code: 'OperationNotAllowed', details: [{ code: 'TooManyRequests' }] },
    });
    await compute.virtualMachines.start('pool', 'vm02').submitted();
    await compute.virtualMachines.deallocate('pool', 'vm01').submitted();
    await until('vm01', 'deallocated');
    now += 12_500;
    await compute.virtualMachines.start('pool', 'vm01').submitted();
  });

  it('tells what is left, and refills in proportion to the boot', async () => {
    let now = Date.now();
    const compute = await open({ bootMs: 1500, now: () => now });
    const left: unknown[] = [];
    const get = () =>
      compute.virtualMachines.get('pool', 'vm01', {
        onResponse: ({ headers }) => left.push(headers.get('x-ms-ratelimit-remaining-resource')),
      });
    await get();
    await get();
    // 12 a minute in Azure; a hundred times as many here.
    now += 50;
    await get();
    expect(left).toEqual(['35', '34', '34'].map((n) => `Microsoft.Compute/GetVM;${n}`));
  });
});

describe('what goes wrong on demand', () => {
  it.each([
    ['AllocationFailed', 409, 'AllocationFailed'],
    ['SkuNotAvailable', 409, 'SkuNotAvailable'],
    ['quota', 409, 'OperationNotAllowed'],
    ['busy', 409, 'OperationNotAllowed'],
    ['conflict', 409, 'Conflict'],
    ['permission', 403, 'AuthorizationFailed'],
    ['unavailable', 503, 'ServiceUnavailable'],
  ] as const)('refuses a start for %s with %i %s, once', async (problem, statusCode, code) => {
    const compute = await open();
    arm.faults.add({ on: 'start', vm: 'vm01', refuse: problem, times: 1 });
    const start = () => compute.virtualMachines.start('pool', 'vm01').submitted();
    expect(await refusalOf(start)).toMatchObject({ statusCode, code });
    expect(arm.power('vm01')).toBe('deallocated');
    await start();
    await until('vm01', 'running');
  });

  it('tells a used-up quota by its text', async () => {
    const compute = await open();
    arm.faults.add({ on: 'start', refuse: 'quota' });
    const { body } = await refusalOf((options) =>
      compute.virtualMachines.start('pool', 'vm01', options).submitted(),
    );
    expect(body).toMatchObject({ error: { message: expect.stringMatching(/quota/) } });
  });

  it('lets a start be accepted and fail later for want of capacity', async () => {
    const compute = await open();
    arm.faults.add({ on: 'boot', vm: 'vm01', fail: 'AllocationFailed', times: 1 });
    const poller = compute.virtualMachines.start('pool', 'vm01', { updateIntervalInMs: 5 });
    await poller.submitted();
    await expect(poller.pollUntilDone()).rejects.toThrow(/AllocationFailed/);
    expect(arm.power('vm01')).toBe('deallocated');
  });

  it('lets a start hang, and be deallocated out of it', async () => {
    const compute = await open();
    arm.faults.add({ on: 'boot', vm: 'vm01', fail: 'hang' });
    const poller = compute.virtualMachines.start('pool', 'vm01', { updateIntervalInMs: 5 });
    await poller.submitted();
    await compute.virtualMachines.deallocate('pool', 'vm01', { updateIntervalInMs: 5 });
    expect(arm.power('vm01')).toBe('deallocated');
    await expect(poller.pollUntilDone()).rejects.toThrow(/cancel/i);
  });

  it('deallocates slowly, and refuses a start meanwhile', async () => {
    const compute = await open({ deallocateMs: 0 });
    arm.switchOn('vm01');
    await until('vm01', 'running');
    arm.faults.add({ on: 'deallocation', vm: 'vm01', takeMs: 60_000 });
    await compute.virtualMachines.deallocate('pool', 'vm01').submitted();
    const refused = await refusalOf(() => compute.virtualMachines.start('pool', 'vm01').submitted());
    expect(refused).toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
    expect(arm.power('vm01')).toBe('deallocating');
  });

  it('refuses lists and gets', async () => {
    const compute = await open();
    arm.faults.add({ on: 'list', refuse: 'unavailable' });
    arm.faults.add({ on: 'get', vm: 'vm01', refuse: 'unavailable' });
    const list = await refusalOf(() => compute.virtualMachines.listAll({ statusOnly: 'true' }).next());
    expect(list.statusCode).toBe(503);
    expect((await refusalOf(() => compute.virtualMachines.get('pool', 'vm01'))).statusCode).toBe(503);
    expect((await compute.virtualMachines.get('pool', 'vm02')).name).toBe('vm02');
  });

  it('refuses what is asked of the network, and nothing else', async () => {
    const compute = await open();
    const { networkInterfaces, publicIPAddresses } = networkClient();
    const remove = arm.faults.add({ on: 'network', refuse: 'unavailable' });
    expect((await refusalOf(() => networkInterfaces.listAll().next())).statusCode).toBe(503);
    expect((await refusalOf(() => publicIPAddresses.listAll().next())).statusCode).toBe(503);
    expect((await refusalOf(() => networkInterfaces.get('pool', 'vm01-nic'))).statusCode).toBe(503);
    expect((await compute.virtualMachines.get('pool', 'vm01')).name).toBe('vm01');
    remove();
    expect((await networkInterfaces.get('pool', 'vm01-nic')).name).toBe('vm01-nic');
  });

  it('throttles on demand', async () => {
    const compute = await open();
    arm.faults.add({ on: 'list', refuse: 'throttled', times: 1 });
    expect(await refusalOf(() => compute.virtualMachines.listAll().next())).toMatchObject({
      statusCode: 429,
      code: 'SubscriptionRequestsThrottled',
      retryAfter: '2',
    });
    expect((await compute.virtualMachines.listAll().next()).done).toBe(false);
  });
});
