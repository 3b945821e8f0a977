export { demoConfig, type DemoConfig, demoSettings } from './demo-settings.ts';
export { Simulation } from './simulation.ts';
