@node "%~dp0nestjs-prisma-audit" %*
