// Keys are not kept when the page is closed, and no validator of another host is asked.
window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#document",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  // Without a key the page shows the refusal, and no browser asks for a password over it.
  requestInterceptor: (request) => Object.assign(request, { credentials: "omit" }),
  defaultModelsExpandDepth: 0,
});
