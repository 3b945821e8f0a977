import { Controller, Get } from '@nestjs/common';
import { Delays } from '../delays.ts';

@Controller()
export class BasicsController {
  constructor(private readonly delays: Delays) {}

  @Get()
  welcome() {
    return { message: 'Welcome to the Sample Nest App' };
  }

  @Get('hello')
  async hello() {
    await this.delays.between(500, 500);
    return { message: 'Hello from Nest!' };
  }

  @Get('health')
  health() {
    return { status: 'healthy', timestamp: Date.now() / 1e3 };
  }
}
