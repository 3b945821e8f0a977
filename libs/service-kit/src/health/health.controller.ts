import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import {
  getHealth,
  getLiveness,
  getReadiness,
  getRoot,
  type Health,
  type Readiness as State,
  type Root,
} from '@tracelab/contracts/service';
import { metricsContentType, metricsText, Span } from '@tracelab/tracing';
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
  @Span('root_endpoint', { attributes: { endpoint: '/', method: 'GET' } })
  about(): Root {
    return this.root;
  }

  @Route(getHealth)
  @Span('health_check', { attributes: { endpoint: '/health', method: 'GET' } })
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

  /** For Prometheus, so it is text and no part of the contract. */
  @Get('metrics')
  @Header('content-type', metricsContentType)
  metrics(): Promise<string> {
    return metricsText();
  }
}
