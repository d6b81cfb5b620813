from asyncdb_lint.drivers import roles as role

@role.state
class State: ...
