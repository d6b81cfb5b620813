# Containers of dependencies: providers build objects, and are passed where a parameter asks for them.
