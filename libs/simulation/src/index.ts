export { demoConfig, type DemoConfig, demoSettings, type DelayRange } from './demo-settings.ts';
export { Simulation } from './simulation.ts';
