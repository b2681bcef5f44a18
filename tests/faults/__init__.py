"""Faults, tried on the whole site served as in production. They take their time: `make faults`, not `make test`.

FAULTS_QUICK=1 tries each for some seconds. What they measured is in docs/performance.md.
"""
