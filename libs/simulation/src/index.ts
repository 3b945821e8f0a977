export { demoConfig, type DemoConfig, demoSettings, type RareSlowness, type DelayRange } from './demo-settings.ts';
export { Simulation } from './simulation.ts';
