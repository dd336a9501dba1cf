@rem npm runs scripts with cmd.exe on Windows, which has no exec: there it only runs what follows.
@%*
