name='py
thon'
