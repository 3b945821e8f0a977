import { Controller, Get, Param } from '@nestjs/common';
import { type Weather, WeatherService } from './weather.service.ts';

@Controller('weather')
export class WeatherController {
  constructor(private readonly weather: WeatherService) {}

  @Get(':city')
  inCity(@Param('city') city: string): Promise<Weather> {
    return this.weather.inCity(city);
  }
}
