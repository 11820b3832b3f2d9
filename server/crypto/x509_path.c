/* crypto/x509_path.c - a path to one of our anchors. */
#include "crypto/x509_path.h"
