import math
def shown(m):
    return None if m in (math.inf,-math.inf) else str(m)
class Log: pass
class Input: pass
