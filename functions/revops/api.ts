import { apiHandler } from '../platform/http.ts';
import { ok } from '../platform/result.ts';
import { answerOf } from './recognition/answer.ts';
import { recognise } from './recognition/recognise.ts';
import { revopsRoutes } from './routes.ts';

export const handler = apiHandler('revops-api', revopsRoutes, {
  previewRecognition: async ({ body }) => {
    const books = recognise(body);
    return books.ok ? ok(answerOf(books.value, body)) : books;
  },
});
