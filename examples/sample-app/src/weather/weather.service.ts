import { Injectable, InternalServerErrorException } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { AppConfig } from '../config.ts';
import { Delays } from '../delays.ts';

export interface Weather {
  readonly city: string;
  readonly temperature: number;
  readonly conditions: string;
  readonly humidity: number;
  readonly wind_speed: number;
}

const conditions = ['Sunny', 'Partly Cloudy', 'Cloudy', 'Rainy', 'Stormy', 'Snowy', 'Foggy'] as const;

/** A weather service that is made up, and now and then down. */
@Injectable()
export class WeatherService {
  constructor(
    private readonly config: AppConfig,
    private readonly delays: Delays,
  ) {}

  async inCity(city: string): Promise<Weather> {
    await this.delays.between(300, 1_000);
    if (Math.random() < this.config.failureRate)
      throw new InternalServerErrorException({
        detail: 'Error getting weather data: External API error: Weather service unavailable',
      });
    return {
      city,
      temperature: randomInt(-100, 401) / 10,
      conditions: conditions[randomInt(conditions.length)] ?? 'Sunny',
      humidity: randomInt(30, 101),
      wind_speed: randomInt(0, 301) / 10,
    };
  }
}
