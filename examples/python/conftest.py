pytest_plugins = ["modeldock"]
