import { openAzure } from './azure.ts';
import { describeWorld } from './world.ts';

describeWorld('the real world on Azurite and emulated ARM', openAzure);
