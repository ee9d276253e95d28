import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { describe, expect, it } from 'vitest';
import { ownCredential, vmCredential } from '../../src/azure/credential.ts';

describe('the credential', () => {
  it('of an agent is the VM’s managed identity, whoever else is signed in there', () => {
    expect(vmCredential()).toBeInstanceOf(ManagedIdentityCredential);
  });

  it('of a person at a command is whatever is signed in', () => {
    expect(ownCredential('', {})).toBeInstanceOf(DefaultAzureCredential);
    expect(ownCredential('', { IDENTITY_ENDPOINT: 'x' })).toBeInstanceOf(ManagedIdentityCredential);
    expect(ownCredential('id', {})).toBeInstanceOf(ManagedIdentityCredential);
  });
});
