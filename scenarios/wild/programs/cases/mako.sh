mako-render --help
