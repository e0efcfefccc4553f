import { nonce } from './csp.ts';
import './mantine.css';
import './tokens.css';
import { DirectionProvider, localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { queries } from './lib/query.ts';
import { router } from './router.tsx';
import { resolver, theme } from './theme.ts';
import { Toaster } from './ui/Toaster.tsx';

const colours = localStorageColorSchemeManager({ key: 'strongroom-scheme' });
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <DirectionProvider initialDirection="ltr" detectDirection>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={resolver}
        defaultColorScheme="auto"
        colorSchemeManager={colours}
        {...(nonce ? { getStyleNonce: () => nonce ?? '' } : {})}
      >
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Toaster />
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>,
  );
}
