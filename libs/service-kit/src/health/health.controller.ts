import { Controller, Inject, Res } from '@nestjs/common';
import {
  getHealth,
  getLiveness,
  getReadiness,
  getRoot,
  type Health,
  type Readiness as State,
  type Root,
} from '@tracelab/contracts/service';
import type { FastifyReply } from 'fastify';
import { Route } from '../route.ts';
import { Readiness } from './readiness.ts';

@Controller()
export class HealthController {
  constructor(
    @Inject('Root') private readonly root: Root,
    private readonly readiness: Readiness,
  ) {}

  @Route(getRoot)
  about(): Root {
    return this.root;
  }

  @Route(getHealth)
  health(): Health {
    return { status: 'healthy', service: this.readiness.service };
  }

  @Route(getLiveness)
  live(): Health {
    return this.health();
  }

  @Route(getReadiness)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<State> {
    const state = await this.readiness.state();
    reply.status(state.status === 'ready' ? 200 : 503);
    return state;
  }
}
