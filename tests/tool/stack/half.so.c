#define HALF
#include "stub.h"
