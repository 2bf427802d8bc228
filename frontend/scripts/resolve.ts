/** Lets Node run the modules of the pages as they stand: they name each other without an ending, as Vite reads them. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const isOurs = specifier.startsWith('.') && context.parentURL?.includes('/node_modules/') === false;
    return next(isOurs && !/\.(ts|js|json)$/.test(specifier) ? `${specifier}.ts` : specifier, context);
  },
});
