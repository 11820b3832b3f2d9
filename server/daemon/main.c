/* daemon/main.c - watashid: the server with nothing added. */
#include "daemon/daemon.h"

int
main(int argc, char **argv)
{
	return daemon_main(argc, argv, NULL);
}
