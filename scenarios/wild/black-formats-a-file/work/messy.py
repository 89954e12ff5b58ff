import os
def  f( x ):
    return {'a':x, 
      'b' : 2}
