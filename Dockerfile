# waggle's image, for those who have Docker: docker build -t waggle.dev/waggle:0.1.0 .
# It has the files that `npm run image` writes without Docker: Node.js with its libraries, koffi, and the bundles.
FROM node:22-bookworm AS build
WORKDIR /waggle
COPY . .
RUN npm install --no-save --no-audit --no-fund && npm run image -- --folder /image

FROM scratch
COPY --from=build /image /
ENV PATH=/usr/bin
ENTRYPOINT ["/usr/bin/node", "/waggle/cli/bin/waggle.cjs"]
