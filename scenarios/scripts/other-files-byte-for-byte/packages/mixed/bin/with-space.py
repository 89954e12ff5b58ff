#! python
print('not started here')
