#pragma once

#include "BPF.h"
#include "Capabilities.h"
#include "CharacterWidth.h"
#include "Datagrams.h"
#include "Namespaces.h"
#include "Processes.h"
#include "Signals.h"
#include "Start.h"
#include "StopSignals.h"
#include "TerminalGuard.h"
#include "TerminalSize.h"
#include "UnnamedFile.h"
