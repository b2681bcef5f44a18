from enum import Enum
class Side(Enum):
    ECOLE='ecole'; CENTRE='centre'; PARENTS='parents'; ENFANTS='enfants'; COLLECTIVITE='collectivite'; AUTRES='autres'
